bats --report-formatter junit --output . test/
