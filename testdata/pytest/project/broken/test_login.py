def test_known_user():
    assert "ada" in {"ada", "bob"}


def test_wrong_password():
    assert "secret" != "Secret"
