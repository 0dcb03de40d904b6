package example.mobile;

import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.experimental.runners.Enclosed;
import org.junit.runner.RunWith;

@RunWith(Enclosed.class)
public class InvoiceTest {
    public static class Stored {
        @BeforeClass
        public static void connect() {
            throw new IllegalStateException("cannot reach db.shop.example:5432");
        }

        @Test
        public void isFound() {}
    }

    public static class Printed {
        @Test
        public void hasOnePage() {}

        @Test
        public void startsEmpty() {}
    }
}
