import java.nio.file.Path;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;

/** Starts one node: `Server HOME CONFIG setting=value …`. OpenSearch's own launcher is not in Maven's registry. */
public class Server {
    public static void main(String[] args) throws Exception {
        Settings.Builder settings = Settings.builder().put("path.home", args[0]);
        for (int i = 2; i < args.length; i++) {
            int at = args[i].indexOf('=');
            settings.put(args[i].substring(0, at), args[i].substring(at + 1));
        }
        Node node = new Node(new Environment(settings.build(), Path.of(args[1])));
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception ended) {
                System.err.println(ended);
            }
        }));
        Thread.currentThread().join();
    }
}
