# total.sh expected cents...: adds up a cart
want=$1; shift; sum=0
for cents in "$@"; do sum=$((sum + cents)); done
echo "total: $sum"
[ "$sum" = "$want" ] || { echo "expected <$want> & got <$sum>" >&2; exit 1; }
