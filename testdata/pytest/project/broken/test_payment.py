from shop.payment import pay


def test_pay():
    assert pay(10)
