setup() {
  load ../shop.sh
}

@test "tea costs 4.50" {
  run price tea
  [ "$output" = 450 ]
}

@test "create" {
  [ -n "$BATS_TEST_NAME" ]
}

@test "cup is cheaper than ten" {
  run price cup
  echo "[[DEFECT|SHOP-12]] price ]]> of <cup> & saucer: $output"
  [ "$output" -lt 1000 ]
}

@test "Größe <M> & \"q\" 绿茶 🫖 é has no price" {
  run price "Größe <M>"
  [ "$status" -eq 1 ]
}

@test "gift card" {
  skip "no gift cards before spring"
}

@test "voucher" {
  price voucher
}
