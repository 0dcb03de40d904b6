#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <tuple>

struct Cart {
  std::map<std::string, int> lines;
  void add(const std::string& sku, int count) {
    if (count < 1) throw std::invalid_argument("count must be positive");
    lines[sku] += count;
  }
};

TEST(Cart, Create) { EXPECT_TRUE(Cart().lines.empty()); }

TEST(Cart, Add) {
  RecordProperty("priority", "high");
  RecordProperty("description", "Two articles <b> & \"q\" in one cart");
  Cart cart;
  cart.add("tea", 1);
  cart.add("Größe 绿茶", 2);
  EXPECT_EQ(cart.lines.size(), 2u);
}

TEST(Cart, Zero) { Cart().add("tea", 0); }

TEST(Cart, Total) {
  printf("[[DEFECT|SHOP-1]] total\n");
  EXPECT_EQ(450 + 1200, 1600) << "sum ]]> of <tea> & \"cup\"";
  EXPECT_STREQ("12,00 €", "12.00 €");
}

TEST(Cart, DISABLED_GiftWrap) { FAIL(); }

TEST(Invoice, Create) { SUCCEED(); }

TEST(Invoice, Pdf) { GTEST_SKIP() << "no pdf writer here"; }

class Search : public testing::TestWithParam<std::string> {};

TEST_P(Search, Finds) { EXPECT_LT(GetParam().size(), 7u) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Words, Search, testing::Values("tea", "Tasse", "<b> & \"q\"", "绿茶", "e\xCC\x81"));

class Vat : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(Vat, Rounds) {
  auto [net, rate] = GetParam();
  EXPECT_EQ(net * rate % 100, 0) << net << " at " << rate << " %";
}

INSTANTIATE_TEST_SUITE_P(Rates, Vat, testing::Combine(testing::Values(100, 50), testing::Values(7, 20)),
                         [](const auto& info) {
                           return "net" + std::to_string(std::get<0>(info.param)) + "_rate" +
                                  std::to_string(std::get<1>(info.param));
                         });

template <typename T>
class Price : public testing::Test {};
using Kinds = testing::Types<int, double>;
TYPED_TEST_SUITE(Price, Kinds);
TYPED_TEST(Price, Create) { EXPECT_EQ(TypeParam(1) / 2 * 2, TypeParam(1)); }

class Warehouse : public testing::Test {
 protected:
  static void SetUpTestSuite() { FAIL() << "warehouse is not reachable"; }
};
TEST_F(Warehouse, Create) {}
TEST_F(Warehouse, Reserve) {}
