#include <cppunit/XmlOutputter.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/TestRunner.h>
#include <cppunit/extensions/HelperMacros.h>
#include <cppunit/extensions/TestFactoryRegistry.h>
#include <fstream>
#include <stdexcept>

namespace shop {

static int total(int price, int count) {
    if (count < 0) throw std::invalid_argument("a count of less than 0 & <nothing> \"at all\"");
    return price * count;
}

class CartTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CartTest);
    CPPUNIT_TEST(addsUp);
    CPPUNIT_TEST(isWrong);
    CPPUNIT_TEST(throws);
    CPPUNIT_TEST_EXCEPTION(refusesNegativeCounts, std::invalid_argument);
    CPPUNIT_TEST_SUITE_END();

  public:
    void addsUp() { CPPUNIT_ASSERT_EQUAL(6, total(2, 3)); }
    void isWrong() { CPPUNIT_ASSERT_EQUAL_MESSAGE("tea & <biscuits>", 7, total(2, 3)); }
    void throws() { CPPUNIT_ASSERT_EQUAL(0, total(1, -1)); }
    void refusesNegativeCounts() { total(1, -1); }
};

template <typename Number> class PriceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PriceTest<Number>);
    CPPUNIT_TEST(isPositive);
    CPPUNIT_TEST_SUITE_END();

  public:
    void isPositive() { CPPUNIT_ASSERT(Number(1) > 0); }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CartTest);
CPPUNIT_TEST_SUITE_REGISTRATION(PriceTest<int>);
CPPUNIT_TEST_SUITE_REGISTRATION(PriceTest<double>);

}  // namespace shop

int main() {
    CppUnit::TestResult result;
    CppUnit::TestResultCollector collector;
    result.addListener(&collector);
    CppUnit::TestRunner runner;
    runner.addTest(CppUnit::TestFactoryRegistry::getRegistry().makeTest());
    runner.run(result);
    std::ofstream file("shop.xml");
    CppUnit::XmlOutputter(&collector, file, "UTF-8").write();
}
