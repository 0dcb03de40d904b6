use strict; use warnings;
use Test::More tests => 4;

pass 'with the right password';
fail 'with a wrong password';
pass;
note 'the fourth test never comes';
die "session server did not start\n";
