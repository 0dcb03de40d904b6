package example.shop;

public final class Invoice {
    private Invoice() {}

    public static String number(int year, int counter) {
        return String.format("RE-%d-%05d", year, counter);
    }
}
