#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

static double total(const std::vector<double>& prices, double discount = 0) {
    if (discount > 1) throw std::invalid_argument("a discount of more than \"100 %\" & <all>");
    double sum = 0;
    for (double price : prices) sum += price;
    return sum * (1 - discount);
}

TEST_CASE("an empty cart costs nothing", "[cart]") { REQUIRE(total({}) == 0); }

TEST_CASE("a discount is taken off", "[cart][discount]") {
    SECTION("ten percent") { CHECK(total({100}, 0.1) == Approx(90)); }
    SECTION("of <nothing> & \"more\"") { CHECK(total({100}, 0.2) == Approx(90)); }
    SECTION("of everything") {
        CHECK(total({100}, 1) == 0);
        SECTION("and again") { CHECK(total({}, 1) == 0); }
    }
}

TEST_CASE("too much is refused") { total({1}, 2); }

SCENARIO("a voucher is used") {
    GIVEN("a cart") {
        WHEN("a voucher is added") {
            THEN("it is cheaper") { REQUIRE(total({10}, 0.5) < 10); }
        }
    }
}

TEMPLATE_TEST_CASE("sizes are positive", "[size]", int, double) { CHECK(TestType(1) > 0); }

class Customer {
  protected:
    int orders = 0;
};

TEST_CASE_METHOD(Customer, "Größe wird gemerkt", "[customer]") { CHECK(orders == 0); }

TEST_CASE("gift wrap", "[.later]") { CHECK(false); }
