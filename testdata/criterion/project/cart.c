#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

Test(cart, costs_nothing_when_empty) { cr_assert_eq(0, 0); }
Test(cart, takes_ten_percent) { cr_expect_eq(100 - 10, 90); }
Test(cart, takes_twenty_percent) { cr_expect_eq(100 - 20, 90, "expected \"90\" & <no less>"); }
Test(cart, crashes) { abort(); }
Test(customer, takes_ten_percent) { cr_assert(1); }
Test(customer, gift_wrap, .disabled = true) { cr_assert(0); }
Test(customer, later) { cr_skip_test("not built"); }

ParameterizedTestParameters(customer, orders) {
    static int orders[] = {1, 2, 3};
    return cr_make_param_array(int, orders, 3);
}
ParameterizedTest(int *orders, customer, orders) { cr_assert_lt(*orders, 3); }
