import unicodedata

import pytest

ARTICLES = ["Grüner Tee", "Große Tasse", "绿茶", "Crème brûlée", "🫖 Teapot"]


def search(word):
    return [a for a in ARTICLES if word.casefold() in a.casefold()]


def test_finde_grüne_tasse():
    assert search("grün") == ["Grüner Tee"]


def test_搜索_绿茶():
    assert search("绿茶") == ["绿茶"]


@pytest.mark.parametrize("word", ["groß", "GROSS", "绿", "🫖", "👩‍👩‍👧‍👦", "brûlée", "bru\u0302le\u0301e", "שלום"], ids=lambda w: w)
def test_word_is_found(word):
    assert search(word), f"nothing found for {word!r}"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_combining_accents(form):
    word = unicodedata.normalize(form, "Crème")
    print(f"{form}: {word}")
    assert search(word) == ["Crème brûlée"], "“" + word + "” is not found ❌"


class TestPaging:
    def test_first_page(self):
        assert ARTICLES[:2]

    def test_create(self, record_property, record_testsuite_property):
        record_testsuite_property("release", "2026.4")
        record_property("priority", "medium")
        record_property("url", "https://shop.example/search?q=tea&page=2")
        assert len(ARTICLES) == 5
