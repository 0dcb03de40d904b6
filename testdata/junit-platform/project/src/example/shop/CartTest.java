package example.shop;

import static org.junit.jupiter.api.Assertions.*;

import java.time.Duration;
import java.util.*;
import java.util.stream.Stream;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

@DisplayName("Der Warenkorb 🛒")
class CartTest {
    final Map<String, Integer> cart = new TreeMap<>();

    @Test
    void create() {
        assertTrue(cart.isEmpty());
    }

    @Test
    @DisplayName("nimmt <b>Größe</b> & \"q\" 绿茶 e\u0301 an")
    void keepsMarkup(TestReporter reporter) {
        reporter.publishEntry("priority", "high");
        reporter.publishEntry("description", "the title is kept as it is");
        cart.put("<b> & \"q\"", 1);
        assertEquals(1, cart.size());
    }

    @Test
    @Tag("slow")
    void answersInTime() {
        assertTimeoutPreemptively(Duration.ofMillis(20), () -> Thread.sleep(2000));
    }

    @Test
    void totalHasACurrency() {
        System.out.println("[[DEFECT|SHOP-1]] <total> ]]> & no currency");
        System.err.println("warning: currency is missing");
        assertEquals("12,00 €", "12", "total ]]> has no currency");
    }

    @Test
    @Disabled("gift cards come in spring")
    void giftCard() {}

    @Test
    void needsTheWarehouse() {
        Assumptions.assumeTrue(false, "the warehouse is not reachable");
    }

    @Test
    void reserve() {
        cart.get("tea").intValue();
    }

    @ParameterizedTest(name = "{0} × {1} = {2}")
    @CsvSource({"2, 450, 900", "1, 1200, 1200", "3, 99, 300"})
    void lineTotal(int count, int price, int total) {
        assertEquals(total, count * price);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"tea", "Tasse", "绿茶"})
    void skuIsGiven(String sku) {
        assertNotNull(sku, "sku is null");
    }

    @RepeatedTest(2)
    void isAlwaysNew() {
        assertEquals(0, cart.size());
    }

    @TestFactory
    Stream<DynamicNode> countries() {
        return Stream.of("DE", "FR", "中国").map(c -> DynamicContainer.dynamicContainer("country " + c, Stream.of(
                DynamicTest.dynamicTest("has two letters", () -> assertEquals(2, c.length())),
                DynamicTest.dynamicTest("is ASCII", () -> assertTrue(c.chars().allMatch(x -> x < 128))))));
    }

    @Nested
    @DisplayName("when full")
    class WhenFull {
        @BeforeEach
        void fill() {
            cart.put("tea", 99);
        }

        @Test
        void create() {
            assertFalse(cart.isEmpty());
        }

        @Nested
        class AfterCheckout {
            @Test
            void create() {
                cart.clear();
                assertTrue(cart.isEmpty());
            }

            @Test
            void isStillFull() {
                fail("cart was emptied");
            }
        }
    }
}
