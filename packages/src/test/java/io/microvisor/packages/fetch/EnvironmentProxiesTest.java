package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.packages.fetch.Network.Way;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EnvironmentProxiesTest {
  private static final Way PROXY = new Way.Through(URI.create("http://proxy.example:3128"));

  @Test
  void oneProxyServesBothSchemesUnlessHttpsHasItsOwn() {
    Map<String, String> one = Map.of("http_proxy", "proxy.example:3128");
    assertThat(way(one, "http://a.example/")).isEqualTo(PROXY);
    assertThat(way(one, "https://a.example/")).isEqualTo(PROXY);

    Map<String, String> other = Map.of("https_proxy", "http://proxy.example:3128");
    assertThat(way(other, "http://a.example/")).isEqualTo(new Way.Directly());
    assertThat(way(other, "https://a.example/")).isEqualTo(PROXY);
  }

  @Test
  void exceptionsHoldForHostsAndAllBelowThem() {
    Map<String, String> some =
        Map.of("http_proxy", "http://proxy.example:3128", "no_proxy", "localhost, .in.example,*.b");

    assertThat(way(some, "http://localhost/")).isEqualTo(new Way.Directly());
    assertThat(way(some, "https://x.In.example/")).isEqualTo(new Way.Directly());
    assertThat(way(some, "http://in.example/")).isEqualTo(new Way.Directly());
    assertThat(way(some, "http://x.b/")).isEqualTo(new Way.Directly());
    assertThat(way(some, "http://begin.example/")).isEqualTo(PROXY);
    assertThat(EnvironmentProxies.of(Map.of("http_proxy", "http://p", "no_proxy", "*"))).isEmpty();
  }

  @Test
  void whatIsNoHttpProxyIsLeftOut() {
    assertThat(EnvironmentProxies.of(Map.of("http_proxy", "socks5h://p:1", "https_proxy", ":::")))
        .isEmpty();
    assertThat(EnvironmentProxies.of(Map.of("HTTP_PROXY", "http://p:1"))).isEmpty();
  }

  private static Way way(Map<String, String> environment, String address) {
    return Network.DIRECT.withProxies(EnvironmentProxies.of(environment)).way(URI.create(address));
  }
}
