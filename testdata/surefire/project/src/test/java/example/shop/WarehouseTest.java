package example.shop;

import org.junit.BeforeClass;
import org.junit.Test;

public class WarehouseTest {
    @BeforeClass
    public static void connect() {
        throw new IllegalStateException("warehouse is not reachable");
    }

    @Test
    public void create() {}

    @Test
    public void reserve() {}
}
