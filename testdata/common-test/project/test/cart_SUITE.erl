-module(cart_SUITE).
-include_lib("common_test/include/ct.hrl").
-export([all/0, groups/0, init_per_suite/1, end_per_suite/1, init_per_group/2, end_per_group/2]).
-export([adds/1, removes/1, pays/1, later/1]).

all() -> [adds, {group, guest}, {group, member}, {group, closed}, later].

groups() ->
    [{guest, [], [pays, {large, [], [pays]}]}, {member, [], [pays]}, {closed, [], [removes]}].

init_per_suite(Config) -> [{cart, []} | Config].

end_per_suite(_Config) -> ok.

init_per_group(closed, _Config) -> error(shop_is_closed);
init_per_group(Group, Config) -> [{group, Group} | Config].

end_per_group(_Group, _Config) -> ok.

adds(Config) -> [] = proplists:get_value(cart, Config).

removes(_Config) -> ok.

pays(Config) ->
    guest = proplists:get_value(group, Config).

later(_Config) -> {skip, "no voucher & no <price>"}.
