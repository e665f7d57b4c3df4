public class Failing {
    public static void main(String[] arguments) {
        System.out.println("before the failure");
        throw new IllegalStateException("on purpose");
    }
}
