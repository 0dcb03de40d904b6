import pytest


def test_costs_nothing_when_empty():
    """An empty cart."""
    assert sum([]) == 0


class TestDiscount:
    @pytest.mark.parametrize("percent, rest", [(10, 90), (20, 90)])
    def test_takes_off(self, percent, rest):
        assert 100 - percent == rest

    def test_refuses(self):
        assert '"90" & <no less>' == "80"

    @pytest.mark.skip(reason="not built")
    def test_wraps_gifts(self):
        pass


@pytest.fixture
def database():
    raise RuntimeError("no database")


def test_logs_in(database):
    pass
