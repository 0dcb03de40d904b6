from pathlib import Path

import pytest

MARK = Path(__file__).with_name("carrier-answered.tmp")


def test_address_is_printed():
    assert "Köln".upper() == "KÖLN"


def test_carrier_answers():
    """Fails on the first attempt only: the carrier needs to be woken up."""
    if not MARK.exists():
        MARK.touch()
        print("attempt without an answer")
        raise TimeoutError("carrier did not answer within 2 s")
    MARK.unlink()


@pytest.mark.parametrize("country", ["DE", "FR", "中国"])
def test_shipping_cost(country):
    assert {"DE": 4.9, "FR": 9.9}.get(country), f"no price for {country}"


@pytest.fixture
def depot():
    raise ConnectionError("depot is closed")


def test_depot_accepts(depot):
    pass


class TestTracking:
    def test_code_has_ten_digits(self):
        assert len("0123456789") == 10

    def test_parcel_is_delivered(self):
        assert "in transit" == "delivered"
