import pytest
from shop.cart import Cart, OutOfStock, discount

PRICES = {"tea": 4.5, "cup": 12.0}


def test_new_cart_is_empty():
    assert Cart().lines == {}


def test_add_same_article_twice(record_property):
    record_property("priority", "high")
    record_property("description", "Two additions of one article give one line with count 2")
    record_property("step", "add tea")
    record_property("step", "add tea again")
    record_property("step", "look at the cart")
    cart = Cart()
    cart.add("tea")
    cart.add("tea")
    assert cart.lines == {"tea": 2}


def test_total_of_two_articles(record_property):
    record_property("priority", "low")
    cart = Cart()
    cart.add("tea", 2)
    cart.add("cup")
    assert cart.total(PRICES) == 21.0


def test_out_of_stock_is_refused():
    with pytest.raises(OutOfStock):
        Cart({"cup": 1}).add("cup", 2)


@pytest.mark.parametrize("count", [0, -1, -100])
def test_count_must_be_positive(count):
    with pytest.raises(ValueError):
        Cart().add("tea", count)


@pytest.mark.parametrize(
    "code, expected",
    [("WELCOME10", 90.0), ("HALF", 50.0), ("UNKNOWN", 100.0), ("half", 50.0)],
)
def test_discount(code, expected):
    assert discount(100.0, code) == expected


@pytest.mark.parametrize("markup", ['<b> & "q"', "a]]>b", "tab\there", "line\nbreak", "nul\x00"])
def test_article_name_is_kept(markup):
    cart = Cart()
    cart.add(markup)
    assert markup in cart.lines


@pytest.fixture
def warehouse():
    raise ConnectionError("warehouse is not reachable at warehouse.example:5433")


def test_reserve_in_warehouse(warehouse):
    assert warehouse.reserve("tea")


@pytest.fixture
def session_file(tmp_path):
    yield tmp_path / "session"
    raise OSError("session could not be closed")


def test_cart_is_saved(session_file):
    session_file.write_text("tea=1")
    assert session_file.read_text() == "tea=1"


@pytest.mark.skip(reason="gift wrapping comes with the autumn release")
def test_gift_wrapping():
    pass


@pytest.mark.skipif(True, reason="needs the <payment> sandbox & a card")
def test_pay_by_card():
    pass


@pytest.mark.xfail(reason="rounding of 0.005, SHOP-77")
def test_half_cent_is_rounded_up():
    assert round(0.125, 2) == 0.13


@pytest.mark.xfail(reason="was broken until SHOP-12", strict=True)
def test_empty_cart_has_total_zero():
    assert Cart().total(PRICES) == 0


def test_stock_may_vanish_during_checkout():
    if not hasattr(Cart, "reserve"):
        pytest.skip("no reservations yet")
