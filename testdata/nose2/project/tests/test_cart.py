import unittest

from nose2.tools import params


class CartTest(unittest.TestCase):
    def test_costs_nothing_when_empty(self):
        self.assertEqual(sum([]), 0)

    def test_refuses(self):
        self.assertEqual('"90" & <no less>', "80")

    def test_throws(self):
        raise ValueError("no price")

    @unittest.skip("not built")
    def test_wraps_gifts(self):
        pass

    @unittest.expectedFailure
    def test_is_known_to_fail(self):
        self.assertEqual(1, 2)

    @params((10, 90), (20, 90))
    def test_takes_off(self, percent, rest):
        self.assertEqual(100 - percent, rest)

    def test_sizes(self):
        for size in "S", "M", "Größe":
            with self.subTest(size=size):
                self.assertEqual(len(size), 1)


class AdminTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("no rights")

    def test_logs_in(self):
        pass


def test_stands_alone():
    assert True
