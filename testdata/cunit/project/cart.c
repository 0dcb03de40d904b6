#include <CUnit/Automated.h>
#include <CUnit/Basic.h>

static int total(int price, int count) { return price * count; }

static void adds_up(void) { CU_ASSERT_EQUAL(total(2, 3), 6); }
static void is_wrong_twice(void) {
    CU_ASSERT_EQUAL(total(2, 3), 7);
    CU_ASSERT_STRING_EQUAL("tea & <biscuits>", "\"coffee\"");
}
static void gives_up(void) { CU_FAIL_FATAL("no carrier"); }
static int no_database(void) { return 1; }

int main(void) {
    CU_initialize_registry();
    CU_pSuite cart = CU_add_suite("Cart", NULL, NULL);
    CU_add_test(cart, "adds up", adds_up);
    CU_add_test(cart, "is wrong twice", is_wrong_twice);
    CU_pSuite shipping = CU_add_suite("Größe & shipping", NULL, NULL);
    CU_add_test(shipping, "adds up", adds_up);
    CU_add_test(shipping, "gives up", gives_up);
    CU_pSuite invoice = CU_add_suite("Invoice", no_database, NULL);
    CU_add_test(invoice, "is stored", adds_up);
    CU_set_output_filename("shop");
    CU_automated_run_tests();
    CU_cleanup_registry();
    return 0;
}
