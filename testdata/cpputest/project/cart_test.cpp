#include "CppUTest/CommandLineTestRunner.h"
#include "CppUTest/TestHarness.h"

struct Cart {
    int articles = 0;
    void add(int count) { articles += count; }
    bool is_empty() const { return articles == 0; }
};

TEST_GROUP(Cart) {
    Cart cart;
};

TEST(Cart, starts_empty) { CHECK(cart.is_empty()); }

TEST(Cart, adds) {
    cart.add(2);
    CHECK_EQUAL(3, cart.articles);
}

IGNORE_TEST(Cart, takes) { FAIL("not written yet"); }

TEST_GROUP(Customer) {
    void setup() override { FAIL("no customer <database>"); }
};

TEST(Customer, has_a_name) {}

TEST_GROUP(Price) {};

TEST(Price, starts_empty) {}

TEST(Price, is_never_negative) { STRCMP_EQUAL("1.50 €", "1.50 £"); }

int main(int argc, char** argv) { return CommandLineTestRunner::RunAllTests(argc, argv); }
