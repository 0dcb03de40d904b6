import unittest


class TestCart(unittest.TestCase):
    def test_costs_nothing_when_empty(self):
        self.assertEqual(sum([]), 0)

    def test_refuses(self):
        self.assertEqual('"90" & <no less>', "80")

    def test_throws(self):
        raise ValueError("no price")

    @unittest.skip("not built")
    def test_wraps_gifts(self):
        pass


def check(percent):
    assert percent < 20, percent


def test_takes_off():
    for percent in 10, 20:
        yield check, percent


def test_stands_alone():
    assert "Größe"
