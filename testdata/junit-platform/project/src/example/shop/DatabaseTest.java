package example.shop;

import org.junit.jupiter.api.*;

class DatabaseTest {
    @BeforeAll
    static void connect() {
        throw new IllegalStateException("database <shop> is not running");
    }

    @Test
    void create() {}

    @Test
    void update() {}
}
