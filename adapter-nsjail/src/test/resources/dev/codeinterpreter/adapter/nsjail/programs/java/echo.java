import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Echo {
    public static void main(String[] arguments) throws IOException {
        System.out.println("Grüße, 日本 😀");
        for (String argument : arguments) {
            System.out.println("[" + argument + "]");
        }
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        input.lines().forEach(line -> System.out.println("<" + line + ">"));
        System.out.println("end of input");
    }
}
