#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

static double total(const std::vector<double>& prices, double discount = 0) {
    if (discount > 1) throw std::invalid_argument("a discount of more than \"100 %\" & <all>");
    double sum = 0;
    for (double price : prices) sum += price;
    return sum * (1 - discount);
}

TEST_SUITE("cart") {
    TEST_CASE("costs nothing when empty") { CHECK(total({}) == 0); }

    TEST_CASE("takes a discount off") {
        SUBCASE("ten percent") { CHECK(total({100}, 0.1) == doctest::Approx(90)); }
        SUBCASE("of <nothing> & \"more\"") { CHECK(total({100}, 0.2) == doctest::Approx(90)); }
        SUBCASE("of everything") { CHECK(total({100}, 1) == 0); }
    }

    TEST_CASE("refuses too much") { total({1}, 2); }
}

TEST_SUITE("customer") {
    TEST_CASE("costs nothing when empty") { CHECK(true); }
    TEST_CASE("merkt sich die Größe") { CHECK(1 + 1 == 2); }
    TEST_CASE("is wrapped" * doctest::skip()) { CHECK(false); }
}

TEST_CASE("stands alone") { CHECK(true); }
