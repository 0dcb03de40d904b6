run "doubles" {
  variables {
    articles = 2
  }
  assert {
    condition     = output.total == 4
    error_message = "the total is not 4"
  }
}

run "fails" {
  variables {
    articles = 3
  }
  assert {
    condition     = output.total == 7
    error_message = "the total is ${output.total} & not 7"
  }
}

run "breaks" {
  variables {
    articles = "many"
  }
}

run "follows" {
  variables {
    articles = 1
  }
}
