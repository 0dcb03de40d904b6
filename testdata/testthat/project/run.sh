Rscript -e 'library(testthat); try(test_dir("tests", reporter = JunitReporter$new(file = file.path(getwd(), "shop.xml")), stop_on_failure = FALSE))'
