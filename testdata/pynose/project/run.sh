nosetests --with-xunit --xunit-file=shop.xml tests || true
