pytest -q --nunit-xml=shop.xml tests || true
