package example.office;

import org.testng.Assert;
import org.testng.annotations.Test;

public class LoginTest {
    @Test
    public void startsEmpty() {}

    @Test
    public void rightPassword() {}

    @Test
    public void wrongPassword() {
        throw new IllegalStateException("user is not locked");
    }

    @Test(dependsOnMethods = "wrongPassword")
    public void lockedAfterThreeTries() {}

    @Test(timeOut = 50)
    public void timesOut() throws InterruptedException {
        Thread.sleep(2000);
        Assert.fail();
    }
}
