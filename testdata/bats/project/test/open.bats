@test "create" {
  true
}

@test "shop opens at 9" {
  [ "$(printf %02d 9)" = 09 ]
}
