package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// The network, configured by systemd-networkd.
///
/// @param interfaces the first that matches an interface wins
public record Network(List<Interface> interfaces, Place place) {
  public Network {
    interfaces = List.copyOf(interfaces);
  }

  /// One interface, or all that match a pattern.
  public record Interface(
      String name,
      boolean dhcp4,
      boolean dhcp6,
      List<String> addresses,
      List<Route> routes,
      List<String> nameservers,
      Place place) {
    public Interface {
      addresses = List.copyOf(addresses);
      routes = List.copyOf(routes);
      nameservers = List.copyOf(nameservers);
    }
  }

  /// A fixed route; `to` may be `default`.
  public record Route(String to, String via) {}

  /// The files that say the same to systemd-networkd (systemd.network(5)), by absolute path in the image.
  public SortedMap<String, String> files() {
    SortedMap<String, String> files = new TreeMap<>();
    for (int i = 0; i < interfaces.size(); i++) {
      Interface one = interfaces.get(i);
      String plain = one.name().replaceAll("[^A-Za-z0-9]+", "x");
      String name = String.format(Locale.ROOT, "%02d-%s.network", 20 + i, plain);
      files.put("/etc/systemd/network/" + name, file(one));
    }
    return files;
  }

  private static String file(Interface one) {
    StringBuilder text = new StringBuilder("[Match]\nName=" + one.name() + "\n\n[Network]\n");
    text.append("DHCP=").append(dhcp(one)).append('\n');
    one.addresses().forEach(address -> text.append("Address=").append(address).append('\n'));
    one.nameservers().forEach(server -> text.append("DNS=").append(server).append('\n'));
    if (one.dhcp4()) {
      text.append("\n[DHCPv4]\nClientIdentifier=mac\n");
    }
    for (Route route : one.routes()) {
      text.append("\n[Route]\n");
      if (route.to().equals("default")) {
        text.append("Gateway=").append(route.via()).append('\n');
      } else {
        text.append("Destination=").append(route.to()).append('\n');
        text.append("Gateway=").append(route.via()).append('\n');
      }
    }
    return text.toString();
  }

  private static String dhcp(Interface one) {
    if (one.dhcp4() && one.dhcp6()) {
      return "yes";
    }
    return one.dhcp4() ? "ipv4" : one.dhcp6() ? "ipv6" : "no";
  }
}
