/// tar archives (POSIX.1-2017 pax, "ustar" and "pax" interchange formats; GNU's long names and base-256 numbers) as file
/// trees: data.tar of Debian packages, and the stream in which trees travel into the sandbox and changes come back.
///
/// Starting points: [TarReader#read] and [TarWriter#write]. Extended attributes travel as `SCHILY.xattr.*` records, as
/// GNU tar and star write them.
///
/// The reader is strict: whatever it would have to guess about, or could not represent in a tree, is an error. It never
/// touches a file system: contents go to a sink, names to a tree, which no path can leave.
///
/// Non-goals: sparse files, access control lists, archives without the ustar magic, multiple volumes, appending.
///
/// @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">pax</a>
/// @see <a href="https://www.gnu.org/software/tar/manual/html_node/Standard.html">GNU tar's format</a>
@NullMarked
package io.microvisor.formats.tar;

import org.jspecify.annotations.NullMarked;
