#!/bin/sh
echo 1..4
echo "ok 1 - tea"
echo "not ok 2 - milk"
echo "ok 3 # SKIP no sugar"
echo "ok 4"
