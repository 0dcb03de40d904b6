run "doubles" {
  command = plan
  variables {
    articles = 5
  }
}
