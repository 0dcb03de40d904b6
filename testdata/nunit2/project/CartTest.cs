using System;
using NUnit.Framework;

namespace Shop.Tests
{
    [TestFixture]
    public class CartTest
    {
        [Test] public void CostsNothingWhenEmpty() { Assert.AreEqual(0, 0); }
        [Test] public void Refuses() { Assert.AreEqual("\"90\" & <no less>", "80"); }
        [Test] public void Throws() { throw new InvalidOperationException("no price"); }
        [Test, Ignore("not built")] public void WrapsGifts() { }
        [Test, Category("slow")] public void IsSlow() { }
        [Test] public void IsUnsure() { Assert.Inconclusive("nobody knows"); }

        [TestCase(10, 90)]
        [TestCase(20, 90)]
        [TestCase(12, 88, TestName = "zwölf")]
        public void TakesOff(int percent, int rest) { Assert.AreEqual(rest, 100 - percent); }

        [TestFixture]
        public class WithVoucher
        {
            [Test] public void CostsNothingWhenEmpty() { }
        }
    }

    [TestFixture(1)]
    [TestFixture(2)]
    public class OrderTest
    {
        private readonly int orders;
        public OrderTest(int orders) { this.orders = orders; }
        [Test] public void IsFew() { Assert.Less(orders, 2); }
    }

    [TestFixture(typeof(int))]
    [TestFixture(typeof(string))]
    public class SizeTest<T>
    {
        [Test] public void HasType() { Assert.NotNull(typeof(T)); }
    }

    [TestFixture]
    public class AdminTest
    {
        [TestFixtureSetUp] public void SetUp() { throw new Exception("no rights"); }
        [Test] public void LogsIn() { }
    }
}
