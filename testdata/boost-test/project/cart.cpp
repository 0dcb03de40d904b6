#define BOOST_TEST_MODULE shop
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/included/unit_test.hpp>

#include <stdexcept>

namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(cart)

BOOST_AUTO_TEST_CASE(costs_nothing_when_empty) { BOOST_TEST(0 == 0); }

BOOST_AUTO_TEST_SUITE(discount)
BOOST_AUTO_TEST_CASE(ten_percent) { BOOST_TEST(100 - 10 == 90); }
BOOST_AUTO_TEST_CASE(twenty_percent) { BOOST_TEST(100 - 20 == 90, "expected \"90\" & <no less>"); }
BOOST_AUTO_TEST_CASE(throws) { throw std::runtime_error("no price"); }
BOOST_AUTO_TEST_SUITE_END()

BOOST_DATA_TEST_CASE(names_have_letters, data::make({"tea", "milk"}), name) { BOOST_TEST(std::string(name).size() > 2u); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(customer)
BOOST_AUTO_TEST_CASE(ten_percent) { BOOST_TEST(true); }
BOOST_AUTO_TEST_CASE(gift_wrap, *boost::unit_test::disabled()) { BOOST_TEST(false); }
BOOST_AUTO_TEST_CASE(warns) { BOOST_WARN(false); BOOST_TEST(true); }
BOOST_AUTO_TEST_SUITE_END()
