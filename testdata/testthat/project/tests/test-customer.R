test_that("a cart starts empty", {
  expect_equal(1, 1)
  expect_warning(as.integer("x"))
})

stop("no customers")
