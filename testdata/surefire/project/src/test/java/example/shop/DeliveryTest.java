package example.shop;

import static org.junit.Assert.*;

import org.junit.Test;

public class DeliveryTest {
    private static int attempts;

    @Test
    public void create() {}

    /** The carrier answers on the second attempt. */
    @Test
    public void carrierAnswers() {
        attempts++;
        System.out.println("attempt " + attempts);
        assertEquals("carrier did not answer", 2, attempts);
    }

    @Test
    public void parcelArrives() {
        fail("parcel is lost");
    }

    private static boolean open;

    @Test
    public void depotIsOpen() {
        if (!open) {
            open = true;
            throw new IllegalStateException("depot <Köln> is closed");
        }
    }
}
