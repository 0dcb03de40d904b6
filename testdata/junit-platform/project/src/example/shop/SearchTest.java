package example.shop;

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.*;

class SearchTest {
    @Test
    void create() {}

    @Test
    void findetÜberschrift() {
        assertTrue("Über uns".contains("Über"));
    }

    @Test
    void 搜索绿茶() {
        assertEquals("绿茶", "红茶");
    }
}
