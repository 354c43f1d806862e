package io.microvisor.formats.erofs;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where all metadata goes: a value computed from the tree, the plan and the places of the contents.
///
/// @param metaBlock the first block of the metadata area
/// @param metadataSize how many bytes that area takes
/// @param nodes all inodes in the order of their ids, the packed inode behind them if there is one
record ErofsLayout(long metaBlock, long metadataSize, List<Node> nodes) {
  /// An inode and where it goes.
  ///
  /// @param position in bytes from the beginning of the metadata area
  /// @param block the first block of data that [NodeDraft#data] gives to be written there
  record Node(long position, long block, NodeDraft draft) {
    long nid() {
      return position / MetadataSpace.SLOT;
    }
  }

  /// The layout for `tree`, its contents being in `blocks`.
  static ErofsLayout of(FileTree tree, ErofsPlan plan, ContentBlocks blocks, ErofsSpec spec) {
    List<NodeDraft> drafts = drafts(tree, plan, blocks, spec.buildTime());
    if (plan.packedSize() > 0) {
      drafts.add(
          NodeDraft.packed(
              drafts.size(),
              plan.packedSize(),
              blocks.extents(plan.streams() - 1),
              spec.buildTime()));
    }
    long next = blocks.end();
    MetadataSpace space = new MetadataSpace();
    List<Node> nodes = new ArrayList<>();
    for (NodeDraft draft : drafts) {
      nodes.add(new Node(space.take(draft.size()), draft.ownBlocks() == 0 ? 0 : next, draft));
      next += draft.ownBlocks();
    }
    return new ErofsLayout(next, space.size(), List.copyOf(nodes));
  }

  private static List<NodeDraft> drafts(
      FileTree tree, ErofsPlan plan, ContentBlocks blocks, long epoch) {
    Map<TreePath, Folder> folders = new HashMap<>();
    long[] links = new long[tree.inodeCount()];
    tree.entries()
        .forEach(entry -> {
          Folder parent = folders.get(entry.path().parent());
          if (parent != null) {
            parent.children().add(entry);
          }
          if (entry.inode() instanceof Inode.Directory) {
            int above = parent == null ? entry.id().value() : parent.id();
            folders.put(entry.path(), new Folder(entry.id().value(), above, new ArrayList<>()));
            links[entry.id().value()]++;
            if (parent != null) {
              links[above]++;
            }
          }
          links[entry.id().value()]++;
        });
    List<NodeDraft> drafts = new ArrayList<>();
    tree.entries()
        .forEach(entry -> {
          int id = entry.id().value();
          if (id == drafts.size()) {
            NodeDraft.Maker maker = new NodeDraft.Maker(id, entry.inode().meta(), links[id], epoch);
            drafts.add(
                switch (entry.inode()) {
                  case Inode.Directory _ ->
                      maker.directory(names(Objects.requireNonNull(folders.get(entry.path()))));
                  case Inode.RegularFile file -> maker.file(file, plan.placement(id), blocks);
                  case Inode.Symlink link -> maker.symlink(link.target());
                  case Inode.Device device -> maker.device(device);
                  case Inode.Fifo _, Inode.Socket _ -> maker.special(FileType.of(entry.inode()));
                });
          }
        });
    return drafts;
  }

  /// A directory.
  ///
  /// @param parent the inode of the one it lies in; the root's is the root
  private record Folder(int id, int parent, List<FileTree.Entry> children) {}

  private static DirectoryBlocks names(Folder folder) {
    List<DirectoryBlocks.Name> names = new ArrayList<>();
    names.add(DirectoryBlocks.Name.of(".", FileType.DIRECTORY, folder.id()));
    names.add(DirectoryBlocks.Name.of("..", FileType.DIRECTORY, folder.parent()));
    for (FileTree.Entry child : folder.children()) {
      names.add(
          DirectoryBlocks.Name.of(
              child.path().name(), FileType.of(child.inode()), child.id().value()));
    }
    return DirectoryBlocks.of(names);
  }
}
