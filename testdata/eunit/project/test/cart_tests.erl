-module(cart_tests).
-include_lib("eunit/include/eunit.hrl").

empty_test() -> ?assertEqual(0, cart:total(cart:new())).

adds_test() -> ?assertEqual(3, cart:total(cart:add({tea, 2}, cart:new()))).

breaks_test() -> cart:total(undefined).

prices_test_() ->
    [{"a pear", ?_assertEqual(1, cart:total([{pear, 1}]))},
     {"two \"Äpfel\"", ?_assertEqual(4, cart:total([{apple, 2}, {apple, 2}]))},
     ?_assert(cart:new() =:= [])].

depot_test_() ->
    {setup, fun() -> error(depot_is_closed) end, fun(_) -> ok end,
     fun(_) -> [?_assert(true)] end}.

slow_test_() ->
    {timeout, 1, fun() -> timer:sleep(1500) end}.
