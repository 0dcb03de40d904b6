-module(cart).
-export([new/0, add/2, total/1]).

new() -> [].

add(Article, Cart) -> [Article | Cart].

total(Cart) -> lists:sum([Price || {_, Price} <- Cart]).
