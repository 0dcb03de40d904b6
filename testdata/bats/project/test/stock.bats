setup_file() {
  echo "stock list is missing" >&2
  return 1
}

@test "create" {
  true
}

@test "tea is there" {
  true
}
