add <- function(cart, count = 1) c(cart, rep("tea", count))

test_that("a cart starts empty", {
  expect_length(character(), 0)
})

test_that("it adds 1.5 kg of tea", {
  expect_length(add(character()), 1)
  expect_length(add(character(), 2), 3)
})

test_that("it takes an article", {
  skip("not written yet")
})

describe("prices", {
  it("are never negative", {
    expect_true(1 > 0)
  })
  it("break", {
    stop("no price for <tea>")
  })
})
