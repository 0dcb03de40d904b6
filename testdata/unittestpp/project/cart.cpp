#include <UnitTest++/UnitTest++.h>
#include <UnitTest++/TestRunner.h>
#include <UnitTest++/XmlTestReporter.h>
#include <fstream>
#include <stdexcept>

static int total(int price, int count) {
    if (count < 0) throw std::invalid_argument("a count of less than 0 & <nothing>");
    return price * count;
}

TEST(AddsUp) { CHECK_EQUAL(6, total(2, 3)); }

SUITE(Cart) {
    TEST(AddsUp) { CHECK_EQUAL(6, total(2, 3)); }
    TEST(IsWrongTwice) {
        CHECK_EQUAL(7, total(2, 3));
        CHECK(total(2, 3) == 8);
    }
    TEST(Throws) { CHECK_EQUAL(0, total(1, -1)); }
}

int main() {
    std::ofstream file("shop.xml");
    UnitTest::XmlTestReporter reporter(file);
    UnitTest::TestRunner(reporter).RunTestsIf(UnitTest::Test::GetTestList(), nullptr, UnitTest::True(), 0);
}
