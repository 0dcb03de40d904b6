package example.office;

import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

public class InvoiceTest {
    @BeforeClass
    public void connect() {
        throw new IllegalStateException("cannot reach db.shop.example:5432");
    }

    @Test
    public void isStored() {}

    @Test
    public void isPrinted() {}
}
