<?xml version="1.0" encoding="UTF-8"?>
<!-- The server's own domain.xml with what Atelier has otherwise: quicker than commands at each start. -->
<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
  <xsl:template match="@*|node()">
    <xsl:copy>
      <xsl:apply-templates select="@*|node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="network-listener[@name='http-listener']">
    <network-listener>
      <xsl:apply-templates select="@*"/>
      <xsl:attribute name="address">${atelier.http.host}</xsl:attribute>
      <xsl:attribute name="port">${atelier.http.port}</xsl:attribute>
    </network-listener>
  </xsl:template>

  <xsl:template match="phone-home-runtime-configuration">
    <phone-home-runtime-configuration enabled="false"/>
  </xsl:template>

  <xsl:template match="das-config">
    <das-config deploy-xml-validation="none" dynamic-reload-enabled="false" autodeploy-enabled="false"/>
  </xsl:template>

  <xsl:template match="hazelcast-config-specific-configuration">
    <hazelcast-config-specific-configuration enabled="false"/>
  </xsl:template>

  <xsl:template match="ejb-timer-service">
    <ejb-timer-service ejb-timer-service="Dummy"/>
  </xsl:template>

  <!-- No HTTPS by the server, no messages of SOAP. -->
  <xsl:template match="virtual-server/@network-listeners">
    <xsl:attribute name="network-listeners">http-listener</xsl:attribute>
  </xsl:template>
  <xsl:template match="protocol[@name='https-listener']|network-listener[@name='https-listener']|message-security-config"/>
</xsl:stylesheet>
