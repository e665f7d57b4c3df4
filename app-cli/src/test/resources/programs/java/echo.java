public class Echo {
    public static void main(String[] arguments) throws Exception {
        System.out.println("hello from java");
        for (String argument : arguments) {
            System.out.println("argument: " + argument);
        }
        System.out.println("end of input after " + System.in.readAllBytes().length + " bytes");
    }
}
