erlc src/cart.erl test/cart_tests.erl
erl -noshell -eval 'eunit:test(cart_tests, [{report, {eunit_surefire, [{dir, "."}]}}]), halt().' || true
