#include <QtTest>

class CartTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {}
    void costsNothingWhenEmpty() { QCOMPARE(0, 0); }
    void discount_data();
    void discount();
    void giftWrap() { QSKIP("not built"); }
    void isKnownToFail() {
        QEXPECT_FAIL("", "a bug that is known", Continue);
        QCOMPARE(1, 2);
    }
    void refuses() { QVERIFY2(false, "expected \"90\" & <no less>"); }
    void warns() { qWarning("a warning about <tea>"); }
};

void CartTest::discount_data() {
    QTest::addColumn<int>("percent");
    QTest::addColumn<int>("rest");
    QTest::newRow("ten") << 10 << 90;
    QTest::newRow("zwölf") << 12 << 88;
    QTest::newRow("too much") << 20 << 90;
}

void CartTest::discount() {
    QFETCH(int, percent);
    QFETCH(int, rest);
    QCOMPARE(100 - percent, rest);
}

QTEST_GUILESS_MAIN(CartTest)
#include "tst_cart.moc"
