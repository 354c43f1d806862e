package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;

/// What a template says about systemd's units.
///
/// @param enable to start at boot; inline units with an `[Install]` section are among them
/// @param disable not to start at boot
/// @param mask never to start
/// @param units unit files and drop-ins to add
public record Services(
    List<Unit> enable, List<Unit> disable, List<Unit> mask, List<UnitFile> units) {
  public Services {
    enable = List.copyOf(enable);
    disable = List.copyOf(disable);
    mask = List.copyOf(mask);
    units = List.copyOf(units);
  }

  /// A unit by name.
  public record Unit(String name, Place place) {}

  /// A unit file.
  ///
  /// @param name relative to `/etc/systemd/system`: `hello.service` or `ssh.service.d/limits.conf`
  /// @param content the text
  public record UnitFile(String name, String content, Place place) {
    /// Where it goes in the image.
    public String path() {
      return "/etc/systemd/system/" + name;
    }

    /// How messages call it.
    public String subject() {
      return "units: " + name;
    }

    /// Whether it is a unit that says when to start it.
    public boolean installable() {
      return name.indexOf('/') < 0
          && content.lines().anyMatch(line -> line.strip().equals("[Install]"));
    }
  }
}
