"""What a feed says of what made it."""

from crawler.discovery.wordpress import is_wordpress


def test_a_feed_that_names_wordpress_as_its_generator_is_one() -> None:
    assert is_wordpress(b"<rss><channel><generator>https://wordpress.org/?v=6.7</generator>")


def test_a_feed_that_only_speaks_of_wordpress_is_not() -> None:
    assert not is_wordpress(b"<rss><channel><generator>Drupal</generator><item>https://wordpress.org/</item>")
