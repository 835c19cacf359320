using RealtimeSeg.Graphics;
using RealtimeSeg.Input;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The table of keys, which the window, the list that F1 shows and the page read.</summary>
public sealed class KeyTests
{
    [Fact]
    public void Every_key_has_help_and_a_label()
    {
        Assert.All(KeyTable.Rows, r => Assert.False(string.IsNullOrWhiteSpace(r.Help), $"{r.Action} has no help"));
        Assert.All(KeyTable.Rows, r => Assert.False(string.IsNullOrWhiteSpace(r.Label), $"{r.Action} has no label"));
    }

    [Fact]
    public void No_two_actions_or_views_share_a_key()
    {
        int[] codes = [.. KeyTable.Rows.SelectMany(r => r.Codes), .. Views.All.Select(v => (int)v.Key)];
        Assert.Empty(codes.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Every_action_has_one_row()
    {
        IEnumerable<UserKey> expected = Enum.GetValues<UserKey>().Where(k => k != UserKey.View); // its rows are the views
        Assert.Equal(expected, KeyTable.Rows.Select(r => r.Action).Order());
    }

    [Fact]
    public void Every_action_but_a_click_has_a_key()
        => Assert.Equal([UserKey.Pick], KeyTable.Rows.Where(r => r.Codes.Count == 0).Select(r => r.Action));

    [Fact]
    public void The_page_can_neither_write_files_nor_end_the_program()
    {
        UserKey[] forbidden = [UserKey.Still, UserKey.Quit];
        Assert.All(KeyTable.Rows.Where(r => forbidden.Contains(r.Action)), r => Assert.Null(r.Page));
        Assert.Equal(UserKey.SeekBack, KeyTable.ByPageCommand("back"));
        Assert.Null(KeyTable.ByPageCommand("quit"));
    }
}
